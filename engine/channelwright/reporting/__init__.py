"""Turn a run folder into tables, figures, pages and workbooks."""
