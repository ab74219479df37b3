"""Defects of the section on the way to a design, planted in a copy of the tiny pack."""

from tests.unit.scenario_defects import ROOT, Defect, Plant, add


def way(text: str) -> Plant:
    return add(ROOT, f"\ntransition: {text}\n")


TRANSITION = (
    Defect(
        "transition_unknown_area",
        way("{pilot: [atlantis]}"),
        ROOT,
        "transition.pilot[0] (line",
        "",
        "no area 'atlantis'",
        "",
    ),
    Defect(
        "transition_share_above_one",
        way("{dip: 1.5}"),
        ROOT,
        "transition.dip (line",
        "",
        "1.5",
        "",
    ),
    Defect(
        "transition_unknown_key",
        way("{speed: 2}"),
        ROOT,
        "transition.speed (line",
        "",
        "unknown key 'speed'",
        "",
    ),
    Defect(
        "transition_area_twice",
        way("{order: [[harbour, hills, island], [harbour]]}"),
        ROOT,
        "transition.order[1] (line",
        "",
        "stands twice",
        "an area changes once",
    ),
    Defect(
        "transition_order_leaves_out_areas",
        way("{order: [[harbour]]}"),
        ROOT,
        "transition.order (line",
        "",
        "order leaves out",
        "name every area once",
    ),
)
