"""The ten sections: every number of the report, before anything is drawn."""
