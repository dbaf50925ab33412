module github.com/losant-go/losant/benchmarks

go 1.25.0

replace github.com/losant-go/losant => ..

require (
	github.com/go-resty/resty/v2 v2.17.2
	github.com/losant-go/losant v0.0.0
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/net v0.43.0 // indirect
)
