"""District benchmarks that come from no published file: counties, and generated maps."""
