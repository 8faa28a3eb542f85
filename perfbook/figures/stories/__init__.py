"""The explorables, challenges and questions of chapter 3."""
