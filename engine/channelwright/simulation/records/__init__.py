"""KPI tables and detail tables: what happened, added up."""
