"""DATA: what a user may write, what each word stands for, and what passes between the rooms."""
