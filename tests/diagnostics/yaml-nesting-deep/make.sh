printf 'x-deep: ' >> contracts/openapi.yaml
yes '[' | head -n 100000 | tr -d '\n' >> contracts/openapi.yaml
