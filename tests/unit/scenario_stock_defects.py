"""Defects of stock policies, planted one at a time in a copy of the tiny pack."""

from tests.unit.scenario_defects import Defect, Plant, add, both, in_root, write

ONLINE, STOCK = "designs/online.yaml", "designs/stock.csv"
HEADER = "site,product,policy,reorder,level,quantity,cover_days,service,target\n"
GOOD = "dc,*,reorder_quantity,-1,-1,-1,7,fill,0.98\n"


def rows(*lines: str) -> Plant:
    text = HEADER + GOOD + "".join(f"{line}\n" for line in lines)
    return both(add(ONLINE, "stock: designs/stock.csv\n"), write(STOCK, text))


def _defect(name: str, line: str, column: str, value: str, remedy: str) -> Defect:
    return Defect(name, rows(line), STOCK, "row 3", column, value, remedy)


SHELVES = "designs/shelves.csv"


def shelf(name: str, line: str, column: str, value: str, remedy: str) -> Defect:
    text = "segment,grade," + HEADER.partition(",")[2] + f"{line}\n"
    plant = both(add(ONLINE, f"shelves: {SHELVES}\n"), write(SHELVES, text))
    return Defect(name, plant, SHELVES, "row 2", column, value, remedy)


STOCKS = (
    shelf(
        "shelf_segment_unknown",
        "shopp,*,*,base_stock,-1,-1,-1,7,none,0",
        "segment",
        "'shopp' is no segment",
        "did you mean 'shop'?",
    ),
    shelf(
        "shelf_grade_unknown",
        "shop,D,*,base_stock,-1,-1,-1,7,none,0",
        "grade",
        "'D' is no grade",
        "* = all",
    ),
    shelf(
        "shelf_product_unknown",
        "*,*,colla,base_stock,-1,-1,-1,7,none,0",
        "product",
        "'colla' is no product",
        "did you mean 'cola'?",
    ),
    shelf(
        "shelf_level_below_its_point",
        "*,*,*,reorder_up_to,40,30,-1,7,none,0",
        "level",
        "level 30 is not above reorder 40",
        "raise the level",
    ),
    shelf(
        "shelf_target_without_service",
        "*,*,*,base_stock,-1,-1,-1,7,none,0.9",
        "target",
        "a target without a service changes nothing",
        "set service to cycle or fill",
    ),
    _defect(
        "stock_site_unknown",
        "offise,*,base_stock,-1,-1,-1,7,none,0",
        "site",
        "'offise' is not in table 'sites'",
        "did you mean 'office'?",
    ),
    _defect(
        "stock_site_closed",
        "tier1_b,*,base_stock,-1,-1,-1,7,none,0",
        "site",
        "site 'tier1_b' is not open",
        "open the site",
    ),
    _defect(
        "stock_of_plant",
        "plant,*,base_stock,-1,-1,-1,7,none,0",
        "site",
        "plant 'plant' orders from nobody",
        "remove the row",
    ),
    _defect(
        "stock_product_unknown",
        "office,colaa,base_stock,-1,-1,-1,7,none,0",
        "product",
        "'colaa' is not in table 'products'",
        "* = all products",
    ),
    _defect(
        "stock_policy_unknown",
        "office,*,base_stok,-1,-1,-1,7,none,0",
        "policy",
        "'base_stok'",
        "base_stock",
    ),
    _defect(
        "stock_reorder_of_base_stock",
        "office,*,base_stock,20,-1,-1,7,none,0",
        "reorder",
        "policy 'base_stock' has no reorder",
        "reorder_up_to or reorder_quantity",
    ),
    _defect(
        "stock_quantity_of_reorder_up_to",
        "office,*,reorder_up_to,20,-1,30,7,none,0",
        "quantity",
        "policy 'reorder_up_to' has no quantity",
        "use reorder_quantity",
    ),
    _defect(
        "stock_level_of_reorder_quantity",
        "office,*,reorder_quantity,20,90,30,7,none,0",
        "level",
        "policy 'reorder_quantity' has no level",
        "give a quantity",
    ),
    _defect(
        "stock_level_below_reorder",
        "office,*,reorder_up_to,90,20,-1,7,none,0",
        "level",
        "level 20 is not above reorder 90",
        "raise the level",
    ),
    _defect(
        "stock_service_without_target",
        "office,*,base_stock,-1,-1,-1,7,cycle,0",
        "target",
        "service 'cycle' needs a target above 0",
        "such as 0.95",
    ),
    _defect(
        "stock_target_without_service",
        "office,*,base_stock,-1,-1,-1,7,none,0.9",
        "target",
        "a target without a service changes nothing",
        "cycle or fill",
    ),
    _defect(
        "stock_target_of_all",
        "office,*,base_stock,-1,-1,-1,7,fill,1",
        "target",
        "1 is outside 0 to 0.99999",
        "share of 1",
    ),
)

FORECAST = "designs/forecast.csv"
FORECAST_HEADER = "site,method,window,alpha,signal,reporting,delay,error\n"


def _forecast_defect(name: str, line: str, column: str, value: str, remedy: str) -> Defect:
    text = f"{FORECAST_HEADER}dc,exponential,28,0.2,sell_out,0.5,2,0.1\n{line}\n"
    plant = both(add(ONLINE, "forecast: designs/forecast.csv\n"), write(FORECAST, text))
    return Defect(name, plant, FORECAST, "row 3", column, value, remedy)


FORECASTS = (
    _forecast_defect(
        "forecast_site_closed",
        "tier1_b,moving_average,28,0.1,orders,1,0,0",
        "site",
        "site 'tier1_b' is not open",
        "open the site",
    ),
    _forecast_defect(
        "forecast_delay_of_orders",
        "office,moving_average,28,0.1,orders,1,3,0",
        "delay",
        "own orders have no delay",
        "sell_through or sell_out",
    ),
    _forecast_defect(
        "forecast_error_of_orders",
        "office,moving_average,28,0.1,orders,1,0,0.2",
        "error",
        "own orders have no error",
        "sell_through or sell_out",
    ),
    _forecast_defect(
        "forecast_never_learns",
        "office,exponential,28,0,orders,1,0,0",
        "alpha",
        "an alpha of 0 never learns",
        "0.1",
    ),
    _forecast_defect(
        "forecast_window_of_nothing",
        "office,moving_average,0,0.1,orders,1,0,0",
        "window",
        "0 is outside 1 to 366",
        "",
    ),
)

SHORTAGE = "designs/shortage.csv"
TABLES = "  tables:\n"


def _shortage_defect(name: str, line: str, column: str, value: str, remedy: str) -> Defect:
    text = f"site,backorder,rationing,priority\nplant,yes,proportional,0\n{line}\n"
    plant = both(add(ONLINE, "shortage: designs/shortage.csv\n"), write(SHORTAGE, text))
    return Defect(name, plant, SHORTAGE, "row 3", column, value, remedy)


def _supply_defect(
    table: str, name: str, head: str, line: str, column: str, value: str, remedy: str
) -> Defect:
    file = f"tables/{table}.csv"
    plant = both(in_root(TABLES, f"{TABLES}    {table}: {file}\n"), write(file, f"{head}{line}\n"))
    return Defect(name, plant, file, "row 3", column, value, remedy)


CAPACITY_HEAD = "plant,product,cases,days\nplant,*,900,7\n"
OUTAGE_HEAD = "site,child,first,last\nplant,,2025-02-03,2025-02-05\n"
SUPPLY = (
    _shortage_defect(
        "shortage_site_closed", "tier1_b,no,sequence,0", "site", "'tier1_b' is not open", "open"
    ),
    _shortage_defect(
        "shortage_rule_unknown", "dc,no,fairly,0", "rationing", "'fairly'", "proportional"
    ),
    _supply_defect(
        "capacity",
        "capacity_of_no_plant",
        CAPACITY_HEAD,
        "dc,*,900,7",
        "plant",
        "site 'dc' is no plant",
        "name a plant",
    ),
    _supply_defect(
        "capacity",
        "capacity_product_unknown",
        CAPACITY_HEAD,
        "plant,colaa,90,7",
        "product",
        "'colaa' is not in table 'products'",
        "* = all products",
    ),
    _supply_defect(
        "capacity",
        "capacity_period_of_two_lengths",
        CAPACITY_HEAD,
        "plant,cola,90,1",
        "days",
        "periods of 7 and 1 days",
        "the same period",
    ),
    _supply_defect(
        "outages",
        "outage_ends_before_it_begins",
        OUTAGE_HEAD,
        "plant,dc,2025-03-05,2025-03-01",
        "last",
        "last day 2025-03-01 is before the first",
        "exchange",
    ),
    _supply_defect(
        "outages",
        "outage_of_no_lane",
        OUTAGE_HEAD,
        "plant,office,2025-03-05,2025-03-06",
        "child",
        "no lane from 'plant' to 'office'",
        "clear the cell",
    ),
)
