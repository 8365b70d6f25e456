"""What is kept: tables, jobs, files. No web, no model."""
