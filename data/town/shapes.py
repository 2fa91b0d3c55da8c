"""Footprint shapes on the lattice: outline, holes and convex pieces."""

from math import cos, pi, sin

from .lattice import rect


def block(w, d, i0=0, j0=0):
    ring = rect(i0, j0, i0 + w, j0 + d)
    return ring, [], [ring]


def ell(w, d, t):
    """An L: a bar along the front and a wing at its far end, both t thick."""
    ring = [(0, 0), (w, 0), (w, d), (w - t, d), (w - t, t), (0, t)]
    return ring, [], [rect(0, 0, w, t), rect(w - t, t, w, d)]


def tee(w, d, t):
    """A T: a bar along the front and a wing in the middle."""
    m = 2 * round((w - t) / 4)
    ring = [(0, 0), (w, 0), (w, t), (m + t, t), (m + t, d), (m, d), (m, t), (0, t)]
    return ring, [], [rect(0, 0, w, t), rect(m, t, m + t, d)]


def horseshoe(w, d, t):
    """A U that opens to the back."""
    ring = [(0, 0), (w, 0), (w, d), (w - t, d), (w - t, t), (t, t), (t, d), (0, d)]
    return ring, [], [rect(0, 0, w, t), rect(0, t, t, d), rect(w - t, t, w, d)]


def court(w, d, t):
    """A block around a courtyard; the hole runs clockwise."""
    hole = rect(t, t, w - t, d - t)[::-1]
    pieces = [rect(0, 0, w, t), rect(0, d - t, w, d), rect(0, t, t, d - t), rect(w - t, t, w, d - t)]
    return rect(0, 0, w, d), [hole], pieces


def chamfered(w, d, c):
    """A block with one front corner cut off."""
    ring = [(0, 0), (w - c, 0), (w, c), (w, d), (0, d)]
    return ring, [], [ring]


def round_tank(radius_mm, corners=24):
    """A regular polygon for a lattice of 1 mm."""
    ring = [(round(radius_mm * cos(2 * pi * k / corners)), round(radius_mm * sin(2 * pi * k / corners)))
            for k in range(corners)]
    return ring, [], [ring]
