"""The questions that several audiences ask alike: an address, a person, a telephone, a day of the week."""
