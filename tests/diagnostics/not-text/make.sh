printf '\nCaf\351\n' >> spec.md
