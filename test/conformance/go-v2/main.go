// AWS SDK for Go 2: does one check and prints one line of JSON.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	ctx := context.Background()
	if os.Args[1] == "follow" {
		follow(ctx)
		return
	}
	say(answer(ctx, os.Args[1]))
}

func answer(ctx context.Context, check string) (string, error) {
	if check == "version" {
		return aws.SDKVersion, nil
	}
	// Go asks the metadata service for a region only where it is told to, as Terraform does.
	cfg, err := config.LoadDefaultConfig(ctx, config.WithEC2IMDSRegion())
	if err != nil {
		return "", err
	}
	switch check {
	case "whoami":
		identity, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return "", err
		}
		return aws.ToString(identity.Arn), nil
	case "region":
		return cfg.Region, nil
	case "identity":
		document, err := imds.NewFromConfig(cfg).GetInstanceIdentityDocument(ctx, nil)
		if err != nil {
			return "", err
		}
		return document.AccountID + " " + document.Region, nil
	}
	return "", errors.New("no check called " + check)
}

// One provider for as long as the program runs; each line of input asks it again.
func follow(ctx context.Context) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		say("", err)
		return
	}
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		credentials, err := cfg.Credentials.Retrieve(ctx)
		say(credentials.AccessKeyID, err)
	}
}

func say(value string, err error) {
	said := map[string]any{"ok": err == nil, "value": value, "detail": ""}
	if err != nil {
		said["detail"] = err.Error()
	}
	line, _ := json.Marshal(said)
	fmt.Println(string(line))
}
