"""Who lives where, and how well the house keeps its heat."""

from random import Random

from . import settings

HOMES = {"residential", "house", "semidetached_house", "terrace", "apartments", "detached", "farm", "retail"}
AGES = ["age_0_5", "age_6_17", "age_18_29", "age_30_64", "age_65_plus"]
AGE_SHARES = [0.055, 0.115, 0.135, 0.465, 0.23]
SINGLE = {"house", "semidetached_house", "terrace", "farm"}


def dwellings(building):
    """Number of flats in a building, from its size."""
    if building.use not in HOMES or building.key == "underground":
        return 0
    if building.use in SINGLE:
        return 1
    floors = building.levels - (1 if building.use == "retail" else 0)
    return max(1, round(building.area * floors * 0.78 / 84))


def settle(building, n):
    """People of one building: households, persons and age groups."""
    rng = Random(f"{settings.SEED}-people-{n}")
    homes = dwellings(building)
    households = sum(1 for _ in range(homes) if rng.random() < 0.95)
    sizes = [4, 3, 2] if building.use in SINGLE else [3, 2, 1]
    people = sum(rng.choices([*sizes, 5], [28, 30, 36, 6])[0] for _ in range(households))
    ages = [0] * len(AGES)
    for _ in range(people):
        ages[rng.choices(range(len(AGES)), AGE_SHARES)[0]] += 1
    return {"dwellings": homes, "households": households, "people": people, **dict(zip(AGES, ages))}


def energy_class(building):
    """Letter and demand in kWh per square metre and year, from the year of construction."""
    for limit, letter, demand in ((1919, "G", 215), (1950, "G", 205), (1978, "F", 180), (1995, "D", 118),
                                  (2005, "C", 88), (2015, "B", 62)):
        if building.year < limit:
            return letter, demand + building.year % 17
    return "A", 38 + building.year % 9
