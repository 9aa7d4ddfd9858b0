cp contracts/openapi.yaml contracts/openapi.yml
