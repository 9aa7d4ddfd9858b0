"""The task board as a good team writes it by hand: FastAPI, Pydantic and the async ORM."""
