printf 'x-note: "a\007b"\n' >> contracts/openapi.yaml
