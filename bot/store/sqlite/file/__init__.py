"""The SQLite file itself: opened, its tables made and brought up to date, copied, looked through."""
