"""Defects of consumer prices and promotions, planted in a copy of the tiny pack."""

from tests.unit.scenario_defects import Defect, Plant, both, replace, write

TODAY, PRODUCTS = "designs/today.yaml", "tables/products.csv"
PRICES, PROMOTIONS = "designs/consumer_prices.csv", "designs/promotions.csv"
HEAD = (
    "id,product,family,mode,area,segment,first,last,price_cut,uplift,borrowed,dip_days,"
    "funded,funder,outlet_cut\n"
)
SPRING = "spring,cola,,DSD,,,2025-02-10,2025-02-23,0.2,2,0.5,14,1,manufacturer,0.05\n"
SERVICE = "service: designs/service.csv\n"
ELASTIC = both(
    replace(PRODUCTS, "law,dispersion\n", "law,dispersion,elasticity\n"),
    replace(PRODUCTS, "negative_binomial,2\n", "negative_binomial,2,-2\n"),
    replace(PRODUCTS, "poisson,\n", "poisson,,0\n"),
)


def promoted(rows: str) -> Plant:
    return both(
        replace(TODAY, SERVICE, f"{SERVICE}promotions: {PROMOTIONS}\n"),
        write(PROMOTIONS, HEAD + rows),
    )


def priced(rows: str) -> Plant:
    return both(
        replace(TODAY, SERVICE, f"{SERVICE}consumer_prices: {PRICES}\n"),
        write(PRICES, "mode,area,outlet,product,price\n" + rows),
    )


def _promotion(name: str, rows: str, place: str, column: str, message: str, remedy: str) -> Defect:
    # Design `online` extends `today`, so what only a built design shows is said of both.
    others = int(place == "design today")
    return Defect(name, promoted(rows), PROMOTIONS, place, column, message, remedy, others)


_BUILT = ("design today", "promotions")
OFFERS = (
    Defect(
        "price_of_nothing",
        priced("DSD,,,cola,0\n"),
        PRICES,
        "row 2",
        "price",
        "'cola' for nothing",
        "price of a unit",
    ),
    Defect(
        "price_of_unknown_outlet",
        priced(",,h99,cola,3\n"),
        PRICES,
        "row 2",
        "outlet",
        "'h99' is not in table 'outlets'",
        "",
    ),
    Defect(
        "consumers_get_it_for_nothing",
        replace(PRODUCTS, "21.6,2.4,", "21.6,0,"),
        PRODUCTS,
        "row 2",
        "consumer_price",
        "consumers would get 'cola' for nothing",
        "shelf price of a unit",
    ),
    _promotion(
        "promotion_backwards",
        SPRING.replace("2025-02-23", "2025-02-03"),
        "row 2",
        "last",
        "last day 2025-02-03 is before the first",
        "exchange",
    ),
    _promotion(
        "promotion_of_no_family",
        SPRING.replace("cola,,", ",colas,"),
        "row 2",
        "family",
        "'colas' is no product family",
        "did you mean 'cola'?",
    ),
    _promotion(
        "promotion_of_another_family",
        SPRING.replace("cola,,", "cola,water,"),
        "row 2",
        "product",
        "product 'cola' is not of family 'water'",
        "clear one",
    ),
    _promotion(
        "promotion_after_the_end",
        SPRING.replace("2025-02-23", "2026-02-23"),
        *_BUILT,
        "runs outside the 84 simulated days",
        "inside the horizon",
    ),
    _promotion(
        "promotion_borrows_too_much",
        SPRING.replace("2,0.5,14", "9,1,3"),
        *_BUILT,
        "borrows more than the 3 days after it hold",
        "dip_days",
    ),
    _promotion(
        "promotion_that_lowers",
        SPRING.replace("0.2,2,", "0.2,0.5,"),
        *_BUILT,
        "uplift of 0.5, below 1",
        "1 or more",
    ),
    _promotion(
        "promotion_without_effect",
        SPRING.replace("0.2,2,0.5,14,1,manufacturer,0.05", "0.2,0,0,14,1,seller,0"),
        *_BUILT,
        "cuts prices and lifts nothing",
        "products.elasticity",
    ),
    _promotion(
        "promotions_meet",
        SPRING + SPRING.replace("spring,cola,,DSD", "club,,,").replace("02-10", "02-23"),
        *_BUILT,
        "'spring' and 'club' meet",
        "one promotion a day",
    ),
)
