yes -- '- And one more requirement.' | head -c 2000000 >> spec.md
