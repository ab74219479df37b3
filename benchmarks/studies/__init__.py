"""The runner: workers against processes side by side, Dask against workers, thousands of runs."""
