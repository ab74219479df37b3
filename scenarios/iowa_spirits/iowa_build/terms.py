"""Prices and pay per mode. The state's price is real; everything private is assumed."""

from __future__ import annotations

import pandas as pd

#: A private distributor buys at this share of the state's price and sells at the state's price.
ACCOUNT_SHARE = 0.92


def design_terms(price: float) -> pd.DataFrame:
    """Return table `design_terms`.

    Parameters
    ----------
    price : the state's mean price per case, the same for every licensee (Iowa Code 123.24)
    """
    state = {"price_account": 0.0, "price_outlet": price}
    rows = [
        {"mode": "STATE_METRO", **state},
        {"mode": "STATE_TOWN", **state},
        {"mode": "DSD", **state, "commission": 0.006, "outlet_days": 14, "payment_delay": 3},
        {
            "mode": "PDS",
            "price_account": round(price * ACCOUNT_SHARE, 2),
            "price_outlet": price,
            "commission": 0.005,
            "margin_share": 0.01,
            "account_days": 14,
            "outlet_days": 14,
            "payment_delay": 3,
        },
    ]
    table = pd.DataFrame(rows).fillna(0)
    whole = ["account_days", "outlet_days"]
    return table.astype(dict.fromkeys(whole, "int64"))
