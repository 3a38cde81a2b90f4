"""What commands are told by flags: their text, their values, their refusals."""
