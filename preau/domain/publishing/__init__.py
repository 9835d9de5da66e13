"""What a collectivité publishes: news and pages."""
