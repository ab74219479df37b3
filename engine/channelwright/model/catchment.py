"""Where consumers are and what they can reach (docs/world/catchment.md)."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class Consumers(Columns):
    """Places of consumers (Z rows).

    Attributes
    ----------
    ids : (Z,) str
    cases : (Z,) float64, potential category purchases, cases per week
    """

    ids: tuple[str, ...]
    cases: FloatArray


@dataclass(frozen=True)
class Rivals(Columns):
    """Points of sale of rivals (R rows): ids and areas."""

    ids: tuple[str, ...]
    area: IntArray


@dataclass(frozen=True)
class Reach(Columns):
    """Pairs of a consumer place and a point of sale within the radius, sorted by both.

    Attributes
    ----------
    consumer, place : (K,) int64, row of Consumers; outlet or row of Rivals
    weight : (K,) float64, attraction x exp(-decay x km)
    """

    consumer: IntArray
    place: IntArray
    weight: FloatArray


@dataclass(frozen=True)
class Catchment:
    """Who can buy where; None = the rates of outlets are what they are.

    Attributes
    ----------
    none : float, attraction of no purchase
    outlets, rivals_reach : Reach, to outlets and to rivals
    """

    consumers: Consumers
    rivals: Rivals
    none: float
    outlets: Reach
    rivals_reach: Reach
