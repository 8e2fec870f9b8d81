"""What is read from the tables and written to them: plain functions over a connection, one transaction each."""
