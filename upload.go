package losant

import (
	"context"
	"encoding/xml"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/losant-go/losant/internal/rest"
)

// UploadFile sends the content of a file to where files.post and privateFiles.post say: their answer's Upload. It is a form
// to a storage of files, not to the API of Losant: it goes out without the token, and without the headers and parameters
// of the API. Of the options, those count that say how to send it: [WithTimeout], [WithMaxAttempts], [WithResponse]. The
// length of the content has to be known: it must be an [io.Seeker], or have a Len. A large file may take as long as it
// needs: [WithTimeout] limits how long nothing of it is sent.
//
//	posted, err := client.Files.Post(ctx, applicationID, losant.FilePost{...})
//	...
//	err = client.UploadFile(ctx, posted.Upload, losant.Upload{Content: file})
//
// What the storage refuses is an [*APIError], of no particular kind, with the code and the message of the storage. It is not
// sent again once it may have been stored.
func (c *Client) UploadFile(
	ctx context.Context, to FileUploadPostResponseUpload, file Upload, opts ...CallOption,
) error {
	o := &Operation{Name: "UploadFile", Method: http.MethodPost, class: rest.Once, noToken: true}
	s := c.service()
	if s == nil {
		return invalid(o.Name, []Violation{{"client", "must be made with NewClient"}})
	}
	started := time.Now()
	settings, violations := adjusted(s.core.defaults(), opts)
	settings.credential = credential{}
	settings.header = http.Header{headerUserAgent: settings.header[headerUserAgent]}
	args := arguments{form: signedForm{to.Fields, file}, target: to.target}
	request, err := s.core.prepare(ctx, o, &settings, args, violations)
	if err == nil && request.Body.Length() < 0 {
		err = invalid(o.Name, []Violation{{"file", "must have a known length: be an io.Seeker, or have a Len"}})
	}
	var outcome rest.Outcome
	if err == nil {
		outcome = s.core.rest.Do(ctx, request)
		if !outcome.Succeeded() {
			err = o.refusal(request, &outcome)
		}
	}
	settings.tell(&outcome, started)
	return err
}

// signedForm is a form whose fields somebody has signed. The file is its last part.
type signedForm struct {
	fields map[string]string
	file   Upload
}

func (f signedForm) encode(q *parameters) {
	for _, name := range slices.Sorted(maps.Keys(f.fields)) {
		if strings.ContainsFunc(name, isControl) {
			q.refuse("Fields", "must not have names with control characters")
		}
		q.write(name, f.fields[name])
	}
	q.file("file", f.file, true)
}

// target is where the storage takes forms.
func (f *FileUploadPostResponseUpload) target(c *core, _ query) (u url.URL, violations []Violation) {
	parsed, err := url.Parse(f.URL)
	switch {
	case err != nil || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Hostname() == "":
		return u, violated("URL", "must be an absolute http or https URL")
	case parsed.User != nil:
		return u, violated("URL", "must not contain user information")
	case parsed.Scheme == "http" && !isLoopback(parsed.Hostname()) && !c.insecure:
		return u, violated("URL", "must be https, or to a loopback host, unless WithInsecureHTTP is given")
	}
	parsed.Fragment, parsed.RawFragment = "", ""
	return *parsed, nil
}

// refusal is the error for a file that was not stored. Types of errors say what Losant means: a storage knows no scopes.
func (o *Operation) refusal(r *rest.Request, outcome *rest.Outcome) error {
	err := o.failure(r, outcome)
	var api *APIError
	if !errors.As(err, &api) {
		return err
	}
	var body struct {
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
	}
	if xml.Unmarshal(api.Body, &body) == nil {
		api.Type, api.Message = body.Code, strings.TrimSpace(body.Message) // it is XML, and has no other type yet
	}
	if isSuccess(api.StatusCode) || outcome.Interrupted != nil {
		return err
	}
	return api
}
