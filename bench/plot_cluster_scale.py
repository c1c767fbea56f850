#!/usr/bin/env python3
"""Draws what bench/cluster_scale --json prints: time over the number of blades.

usage: bench/cluster_scale --json | bench/plot_cluster_scale.py > docs/images/cluster-scale.svg
"""
import html
import json
import sys

STEPS = {
    "load and render everything": "#222222",
    "load: read, validate, expand": "#c0392b",
    "render: Kea": "#2471a3",
    "difference of a one-blade edit": "#8e44ad",
    "render: dhcpd.conf": "#1e8449",
    "names: list with addresses": "#b9770e",
}
WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 210, 40, 50


def nice_step(most, count=5):
    """A round distance between about COUNT lines up to MOST."""
    size = 1.0
    while size * 10 * count <= most:
        size *= 10
    while size * count > most * 2:
        size /= 10
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor * count >= most)


def draw(clusters):
    most_blades = max(cluster["blades"] for cluster in clusters)
    most_time = max(cluster["milliseconds"][step] for cluster in clusters for step in STEPS)
    distance = nice_step(most_time)
    top_time = distance * (int(most_time / distance) + 1)

    def x(blades):
        return round(LEFT + (WIDTH - LEFT - RIGHT) * blades / most_blades, 1)

    def y(time):
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * time / top_time, 1)

    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">')
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    yield f'<text x="{LEFT}" y="22" font-size="14">Processor time over the number of blades</text>'
    for number in range(int(top_time / distance) + 1):
        time = number * distance
        yield f'<line x1="{LEFT}" y1="{y(time)}" x2="{x(most_blades)}" y2="{y(time)}" stroke="#dddddd"/>'
        yield f'<text x="{LEFT - 8}" y="{y(time) + 4}" text-anchor="end">{time:g} ms</text>'
    for cluster in clusters:
        blades = cluster["blades"]
        yield f'<text x="{x(blades)}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{blades:,}</text>'
    yield f'<text x="{x(most_blades / 2)}" y="{HEIGHT - 10}" text-anchor="middle">blades</text>'
    lowest_label = HEIGHT
    for step in sorted(STEPS, key=lambda step: clusters[-1]["milliseconds"][step]):
        points = [(x(cluster["blades"]), y(cluster["milliseconds"][step])) for cluster in clusters]
        colour = STEPS[step]
        yield (f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="' +
               " ".join(f"{a},{b}" for a, b in points) + '"/>')
        for a, b in points:
            yield f'<circle cx="{a}" cy="{b}" r="3" fill="{colour}"/>'
        lowest_label = min(points[-1][1] + 4, lowest_label - 15)
        yield f'<text x="{points[-1][0] + 8}" y="{lowest_label}" fill="{colour}">{html.escape(step)}</text>'
    yield "</svg>"


def main():
    print("\n".join(draw(json.load(sys.stdin)["clusters"])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
