"""Clusters of several sizes that have what docs/examples/7000.xml has: three networks, IPv4 and IPv6, groups, properties, MACs."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "docs" / "examples" / "7000.xml"
SERVERS_OF_EXAMPLE = 125
BLADES_OF_SERVER = 56
SIZES = {56: 1, 1120: 20, 2406: 43, 4704: 84, 7000: 125}  # blades: image servers


def cluster_of(blades):
    """The text of the example with its first servers only; BLADES is one of SIZES."""
    servers = SIZES[blades]
    absent_bays = servers * BLADES_OF_SERVER - blades
    lines = []
    halls = 0
    for line in EXAMPLE.read_text().splitlines():
        if line.startswith('  <set for="s') and not line.startswith('  <set for="s['):
            if int(line[len('  <set for="s'):][:3]) > servers:
                continue
        if "hall" in line and servers < SERVERS_OF_EXAMPLE:
            halls += 1
            if halls > 1:
                continue
            line = line.replace("[001-060]", f"[001-{servers:03}]")
        line = line.replace(f'last="{SERVERS_OF_EXAMPLE}"', f'last="{servers}"')
        line = line.replace(f"[001-{SERVERS_OF_EXAMPLE}]", f"[001-{servers:03}]")
        lines.append(line)
    if absent_bays:
        last = f"s{servers:03}c4b"
        bays = range(15 - absent_bays, 15)
        lines = [line for line in lines if not any(f'"{last}{bay:02}"' in line for bay in bays)]
        lines.insert(-1, f'  <absent for="{last}[{bays[0]}-{bays[-1]}]"/>')
    return "\n".join(lines) + "\n"
