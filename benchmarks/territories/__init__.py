"""Territory benchmarks on published instances, judged by a checker of their own."""
