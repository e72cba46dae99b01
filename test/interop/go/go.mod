module interop

go 1.24

require github.com/cloudflare/cloudflare-go/v6 v6.10.0
