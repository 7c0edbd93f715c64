// AWS SDK for Go 1: does one check and prints one line of JSON.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/ec2metadata"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/sts"
)

func main() {
	if os.Args[1] == "follow" {
		follow()
		return
	}
	say(answer(os.Args[1]))
}

func answer(check string) (string, error) {
	// It reads no config file unless it is told to, and does not know AWS_ENDPOINT_URL_STS.
	options := session.Options{SharedConfigState: session.SharedConfigEnable}
	shared, err := session.NewSessionWithOptions(options)
	if err != nil {
		return "", err
	}
	switch check {
	case "version":
		return aws.SDKVersion, nil
	case "whoami":
		client := sts.New(shared, aws.NewConfig().WithEndpoint(os.Getenv("AWS_ENDPOINT_URL_STS")))
		identity, err := client.GetCallerIdentity(&sts.GetCallerIdentityInput{})
		if err != nil {
			return "", err
		}
		return aws.StringValue(identity.Arn), nil
	case "region":
		return ec2metadata.New(shared).Region()
	case "identity":
		document, err := ec2metadata.New(shared).GetInstanceIdentityDocument()
		return document.AccountID + " " + document.Region, err
	}
	return "", errors.New("no check called " + check)
}

// One session for as long as the program runs; each line of input asks it again.
func follow() {
	shared, err := session.NewSession()
	if err != nil {
		say("", err)
		return
	}
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		credentials, err := shared.Config.Credentials.Get()
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
