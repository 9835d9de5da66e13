"""The domain: one package per app, each only enums, rules, models, queries, operations, tasks."""
