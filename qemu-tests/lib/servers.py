"""Three image servers of one cluster, each in a network namespace, with a network of their own between them."""
from .image_server import ImageServer
from .network import AnotherHost, Bootnet, ServerNetwork

DEFINITION = """<cluster xmlns="urn:dim:cluster:1" name="three" management="s01">
  <network name="bootnet" per="server" role="bootnet" address="10.{server}.0.0/16"/>
  <level name="server" symbol="s" width="2" last="3">
    <component name="server" role="server">
      <interface network="bootnet" device="boot0" address="10.{server}.0.1"/>
    </component>
    <level name="blade" symbol="b" width="2" last="2">
      <component name="blade" role="blade" type="js20" mac="52:54:00:00:{server}:{blade}">
        <interface network="bootnet" address="10.{server}.1.{blade+10}"/>
      </component>
    </level>
  </level>
</cluster>
"""


class ThreeServers:
    """Each with a bootnet of its own; the first is to be the management node."""

    def __init__(self, directory):
        self.directory = directory
        self.servers = {}
        self.hosts = []
        addresses = {}
        for number in (1, 2, 3):
            name, host = f"s{number:02}", AnotherHost()
            own = directory / name
            own.mkdir()
            (directory / "logs" / name).mkdir()
            (own / "logs").symlink_to(directory / "logs" / name)
            self.hosts.append(host)
            Bootnet(address=f"10.{number}.0.1/16", host=host)
            addresses[host] = f"10.99.0.{number}/24"
            self.servers[name] = ImageServer(own, name=name, host=host, options=["--servers", f"10.99.0.{number}"])
            self.servers[name].cluster_file.write_text(DEFINITION)
        ServerNetwork(addresses)
        self.blades = {}


def join(management, member):
    """As an administrator does it: the token goes from the one to the other, as a file."""
    token = member.directory / "token"
    token.write_text(management.dim("server", "token", member.name))
    return member.dim("server", "join", "10.99.0.1", "--token", token)
