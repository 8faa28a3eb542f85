"""The explorable and the questions of the introduction."""
