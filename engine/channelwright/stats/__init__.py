"""Estimators, paired comparison, ranking and precision stopping."""
