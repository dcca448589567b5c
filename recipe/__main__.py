"""`python -m recipe` is the `recipe` command."""

from recipe.cli.main import main

if __name__ == "__main__":
    main()
