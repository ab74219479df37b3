"""Goods that get old, and goods that go missing."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class Perishing(Columns):
    """How long products may lie (P rows), and what disappears at sites and in outlets.

    Attributes
    ----------
    site_days, shelf_days : (P,) int64, mornings after receipt at a site or an outlet on which
        a lot is thrown away; 0 = never
    sell_off_days : (P,) int64, last days on the shelf at a lower price; below shelf_days
    sell_off_cut : (P,) int64, ppm of the consumer price
    site_shrinkage : (S,) int64, ppm of the stock per month
    shelf_shrinkage : (G,) int64, ppm of the stock of a segment's outlets per month
    """

    _other_axes = ("site_shrinkage", "shelf_shrinkage")

    site_days: IntArray
    shelf_days: IntArray
    sell_off_days: IntArray
    sell_off_cut: IntArray
    site_shrinkage: IntArray
    shelf_shrinkage: IntArray
