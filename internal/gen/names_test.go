package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNamesAreLosantsInGoCase(t *testing.T) {
	t.Parallel()
	for official, want := range map[string]string{
		"$tagValue":             "TagValue",
		"applicationKeyIds":     "ApplicationKeyIDs",
		"authenticateUserSaml":  "AuthenticateUserSAML",
		"deviceQueryJson":       "DeviceQueryJSON",
		"devicesPatch":          "DevicesPatch",
		"githubName":            "GitHubName",
		"redirect_uris":         "RedirectURIs",
		"requiresMFA":           "RequiresMFA",
		"s3etag":                "S3Etag",
		"startX":                "StartX",
		"tokenTTL":              "TokenTTL",
		"userOauthTokens":       "UserOAuthTokens",
		"x":                     "X",
		"y1":                    "Y1",
		"advancedFlowByVersion": "AdvancedFlowByVersion",
	} {
		assert.Equal(t, want, goName(official), official)
	}
}

func TestArgumentsBeginWithASmallWord(t *testing.T) {
	t.Parallel()
	for official, want := range map[string]string{
		"applicationId": "applicationID", "apiTokenId": "apiTokenID", "id": "id", "urlTTL": "urlTTL", "": "",
	} {
		assert.Equal(t, want, argumentName(official), official)
	}
}

func TestSingulars(t *testing.T) {
	t.Parallel()
	for plural, want := range map[string]string{
		"devices": "device", "instanceSandboxes": "instanceSandbox", "experience": "experience",
		"applicationCertificateAuthorities": "applicationCertificateAuthority",
	} {
		assert.Equal(t, want, singular(plural))
	}
}
