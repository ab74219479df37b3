"""Stock of the sites: replenishment, suppliers, age, loss and returns."""
