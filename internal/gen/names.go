package main

import (
	"strings"
	"unicode"
)

// spellings are the words that Go, or their owners, spell otherwise than with one capital in front.
var spellings = map[string]string{
	"api": "API", "aws": "AWS", "cors": "CORS", "csv": "CSV", "gcp": "GCP", "github": "GitHub", "http": "HTTP",
	"id": "ID", "ids": "IDs", "ip": "IP", "json": "JSON", "jwt": "JWT", "mfa": "MFA", "mongodb": "MongoDB",
	"mqtt": "MQTT", "oauth": "OAuth", "s3etag": "S3Etag", "saml": "SAML", "snmp": "SNMP", "sql": "SQL", "ssl": "SSL",
	"sso": "SSO", "tcp": "TCP", "ttl": "TTL", "udp": "UDP", "ui": "UI", "uri": "URI", "uris": "URIs", "url": "URL",
}

// goName is a name of Losant's in Go case: "applicationId" is ApplicationID.
func goName(name string) string {
	var b strings.Builder
	for _, word := range words(name) {
		b.WriteString(capitalized(word))
	}
	return b.String()
}

// argumentName is a name of Losant's as that of an argument: "apiTokenId" is apiTokenID.
func argumentName(name string) string {
	all := words(name)
	if len(all) == 0 {
		return ""
	}
	return strings.ToLower(all[0]) + goName(strings.Join(all[1:], "_"))
}

// fileName is a name of Losant's as that of a file, "applicationApiToken" is application_api_token.
func fileName(name string) string { return strings.ToLower(strings.Join(words(name), "_")) }

func capitalized(word string) string {
	if spelled, ok := spellings[strings.ToLower(word)]; ok {
		return spelled
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// words are the parts of a name in camel or snake case. Several capitals in a row are one word: "requiresMFA".
func words(name string) (all []string) {
	word := ""
	end := func() {
		if word != "" {
			all = append(all, word)
		}
		word = ""
	}
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			end()
			continue
		}
		if i > 0 && unicode.IsUpper(r) {
			nextIsLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if !unicode.IsUpper(runes[i-1]) || nextIsLower {
				end()
			}
		}
		word += string(r)
	}
	end()
	return all
}

// singular is the singular of a name in plural: "applicationCertificateAuthorities" is that of one authority.
func singular(plural string) string {
	for _, ending := range []struct{ plural, singular string }{
		{"ss", "ss"}, {"us", "us"}, {"ies", "y"}, {"sses", "ss"}, {"xes", "x"}, {"s", ""},
	} {
		if stem, ok := strings.CutSuffix(plural, ending.plural); ok {
			return stem + ending.singular
		}
	}
	return plural
}

// rootOf is the schema of Losant's that a part is of: "device" for "device.attributes[].system".
func rootOf(part string) string {
	if i := strings.IndexAny(part, signs); i >= 0 {
		return part[:i]
	}
	return part
}

// partName is the Go name of a part of a schema: that of the schema without Post or Patch, and those of the properties that
// lead to the part, elements in singular. "devicePost.attributes[]" is DeviceAttribute. What is in the elements of a list is
// named after the singular: "devices.items[].tags[]" is DeviceTag.
func partName(part string) string {
	root := rootOf(part)
	rest := part[len(root):]
	name := strings.TrimSuffix(strings.TrimSuffix(root, "Post"), "Patch")
	switch elements, inList := strings.CutPrefix(rest, ".items[]"); {
	case inList && singular(root) != root:
		name, rest = singular(root), elements
	case strings.HasPrefix(rest, "[]"), strings.HasPrefix(rest, "{}"):
		if rest = rest[2:]; singular(name) == name {
			name += "Item"
		}
		name = singular(name)
	}
	return goName(name) + stepsName(rest)
}

// stepsName is the Go name of a way from an object to a part of it.
func stepsName(steps string) (name string) {
	for _, step := range strings.FieldsFunc(steps, func(r rune) bool { return r == '.' || r == '|' }) {
		property := strings.TrimRight(step, "[]{}*")
		if property != step {
			property = singular(property)
		}
		name += goName(property)
	}
	return name
}
