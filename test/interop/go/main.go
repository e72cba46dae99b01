// The life of a service token in the Go SDK of Cloudflare: go run . <base URL> <API token> <account ID>
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/cloudflare/cloudflare-go/v6"
	"github.com/cloudflare/cloudflare-go/v6/option"
	"github.com/cloudflare/cloudflare-go/v6/zero_trust"
)

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("created, listed, read, updated, rotated, refreshed and deleted a token")
}

func run(base, token, account string) error {
	ctx := context.Background()
	client := cloudflare.NewClient(option.WithBaseURL(base+"/"), option.WithAPIToken(token), option.WithMaxRetries(0))
	tokens := client.ZeroTrust.Access.ServiceTokens
	created, err := tokens.New(ctx, zero_trust.AccessServiceTokenNewParams{
		AccountID: cloudflare.F(account),
		Name:      cloudflare.F("interop-go"),
		Duration:  cloudflare.F("24h"),
	})
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	if created.ClientSecret == "" || created.ClientID == "" {
		return fmt.Errorf("create: a reply without credentials")
	}
	found := 0
	pages := tokens.ListAutoPaging(ctx, zero_trust.AccessServiceTokenListParams{AccountID: cloudflare.F(account)})
	for pages.Next() {
		if pages.Current().ID == created.ID {
			found++
		}
	}
	if err := pages.Err(); err != nil {
		return fmt.Errorf("list: %w", err)
	}
	if found != 1 {
		return fmt.Errorf("list: the token is there %d times", found)
	}
	read, err := tokens.Get(ctx, created.ID, zero_trust.AccessServiceTokenGetParams{AccountID: cloudflare.F(account)})
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	updated, err := tokens.Update(ctx, created.ID, zero_trust.AccessServiceTokenUpdateParams{
		AccountID: cloudflare.F(account),
		Name:      cloudflare.F("interop-go-renamed"),
		Duration:  cloudflare.F("48h"),
	})
	if err != nil {
		return fmt.Errorf("update: %w", err)
	}
	if updated.Name != "interop-go-renamed" || !updated.ExpiresAt.After(read.ExpiresAt) {
		return fmt.Errorf("update: %s expires at %s", updated.Name, updated.ExpiresAt)
	}
	rotated, err := tokens.Rotate(ctx, created.ID, zero_trust.AccessServiceTokenRotateParams{
		AccountID:                     cloudflare.F(account),
		PreviousClientSecretExpiresAt: cloudflare.F(time.Now().Add(time.Hour)),
	})
	if err != nil {
		return fmt.Errorf("rotate: %w", err)
	}
	if rotated.ClientSecret == "" || rotated.ClientSecret == created.ClientSecret || rotated.ClientID != created.ClientID {
		return fmt.Errorf("rotate: no new secret, or another client ID")
	}
	refreshed, err := tokens.Refresh(ctx, created.ID, zero_trust.AccessServiceTokenRefreshParams{
		AccountID: cloudflare.F(account),
	})
	if err != nil {
		return fmt.Errorf("refresh: %w", err)
	}
	if !refreshed.ExpiresAt.After(time.Now().AddDate(0, 11, 0)) {
		return fmt.Errorf("refresh: expires at %s", refreshed.ExpiresAt)
	}
	if _, err := tokens.Delete(ctx, created.ID, zero_trust.AccessServiceTokenDeleteParams{
		AccountID: cloudflare.F(account),
	}); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	if _, err := tokens.Get(ctx, created.ID, zero_trust.AccessServiceTokenGetParams{AccountID: cloudflare.F(account)}); err == nil {
		return fmt.Errorf("delete: the token is still there")
	}
	return nil
}
