mv contracts/openapi.yaml api.yaml
