"""What stands in front of an eye and stays there: glasses, hair, cloth, the nose of a turned head."""
