"""`python -m commsla` is the command `commsla`."""

from commsla.cli.app import main

if __name__ == "__main__":
    main()
