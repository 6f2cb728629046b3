"""`python -m signing.agent`: run the key agent."""

from signing.agent.server import main

if __name__ == "__main__":
    main()
