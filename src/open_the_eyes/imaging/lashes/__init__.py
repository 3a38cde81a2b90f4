"""What lashes of shut eyes leave behind where an open eye does not cover it."""
