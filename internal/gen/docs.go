package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Comment is what the type of the service says.
func (s *service) Comment() string {
	return fmt.Sprintf("%sService calls the actions of Losant's resource %s. %s", s.Name, s.Resource, s.Doc)
}

// Comment is what the method says.
func (a *action) Comment() string {
	first := a.Method() + " " + lowered(a.Note.Summary)
	if a.Note.Note != "" {
		first += " " + a.Note.Note
	}
	if name := a.ParamsType(); name != "" {
		first += " [" + name + "] are its optional parameters."
	}
	paragraphs := []string{first, "\t" + a.Action.Method + " " + a.Path}
	for _, text := range []string{a.repeat(), a.special()} {
		if text != "" {
			paragraphs = append(paragraphs, text)
		}
	}
	return strings.Join(append(paragraphs, a.errors(), a.access()), "\n")
}

// repeat says when the request is sent again, where that is not what its HTTP method makes one expect.
func (a *action) repeat() string {
	method := a.Action.Method
	switch {
	case a.Note.Class == "delete":
		return "A request that is sent again and then finds 404 succeeds."
	case a.Note.Class == "read" && method != "GET":
		return "It changes nothing, and so is sent again like a Get when its answer was lost."
	case a.Note.Class == "once" && (method == "GET" || method == "DELETE"):
		return "It is not sent again once it may have been applied."
	}
	return ""
}

// special says what is not like in other methods.
func (a *action) special() string {
	switch {
	case a.Event != "":
		return "The stream is opened when the loop begins, opened again when it breaks, and closed when the loop is left. " +
			"A [*DecodeError] is of a single event, and the loop may go on; any other error is the last. " +
			"The package comment has more on streams."
	case a.Form != nil:
		return "The form is read while it is sent, which may take as long as it needs: [WithTimeout] limits how long nothing of it is " +
			"sent. It is sent again only if it was provably not applied, and all its content is an [io.Seeker]."
	}
	return ""
}

// allComment is what the method for all pages says.
func (a *action) allComment() string {
	text := fmt.Sprintf("%s yields the elements of all pages that [%sService.%s] returns, and asks for a page when it comes to it. ",
		a.allName(), a.Service(), a.Method()) +
		"It begins with the page that the params name, and does not end with a page that is short: the server may lower the size. "
	return text + "An error is the last that it yields."
}

// FormComment is what the type of the form says.
func (a *action) FormComment() string {
	return fmt.Sprintf("%s is the form of [%sService.%s]. What is zero is not sent.", a.FormType(), a.Service(), a.Method())
}

// errors lists the errors that a caller may want to tell apart.
func (a *action) errors() string {
	all := []string{"[*ValidationError] for input that cannot be right"}
	for _, answer := range a.Answers {
		switch status := answer.Status; {
		case status < 400 || status == 400: // [*BadRequestError] is documented for all
		case status == 401:
			all = append(all, "[*UnauthorizedError] for wrong credentials")
		case status == 404:
			all = append(all, "[*NotFoundError] "+a.notFound())
		case status == 429:
			all = append(all, "[*RateLimitError] for too many requests")
		default:
			all = append(all, fmt.Sprintf("[*APIError] with status %d", status))
		}
	}
	if !a.NoToken {
		all = append(all, "[*ForbiddenError] when the token lacks the scope")
	}
	return "Errors: " + strings.Join(all, ", ") + "; the package comment has the rest."
}

// notFound says what it is that may not be found.
func (a *action) notFound() string {
	var things []string
	for _, p := range a.Parameters {
		if p.In == "path" {
			things = append(things, a.thing(p.Name))
		}
	}
	if things == nil {
		return "when something that it refers to does not exist"
	}
	return "when there is no such " + enumerate(things, "or")
}

// thing is what a parameter of the path identifies: "experienceUserId" an experience user.
func (a *action) thing(parameter string) string {
	if parameter == "name" {
		parameter = a.Resource
	}
	all := words(strings.TrimSuffix(strings.TrimSuffix(parameter, "OrName"), "Id"))
	for i, word := range all {
		switch word = strings.ToLower(word); word {
		case "org":
			all[i] = "organization"
		case "api":
			all[i] = "API"
		default:
			all[i] = word
		}
	}
	return strings.Join(all, " ")
}

// access says what the token has to be.
func (a *action) access() string {
	if a.NoToken {
		return "It needs no token."
	}
	text := "The token needs one of the scopes " + enumerate(a.Scopes, "or") + "."
	if a.NoOAuth {
		text += " It must not be an OAuth token."
	}
	return text
}

// ParamsComment is what the type of the params says.
func (a *action) ParamsComment() string {
	return fmt.Sprintf("%s are the optional parameters of [%sService.%s], a [CallOption] of one call. What is zero is not sent.",
		a.ParamsType(), a.Service(), a.Method())
}

// AnswerComment is what the type of several successes says.
func (a *action) AnswerComment() string {
	text := fmt.Sprintf("%s is the answer of [%sService.%s]: one of its pointers is set.", a.Answer.Name, a.Service(), a.Method())
	for _, s := range a.Answer.Fields {
		if s.Name == "" {
			text += fmt.Sprintf(" An answer with status %d has no body, and sets none of them.", s.Status)
		}
	}
	return text
}

// ScopeList are the scopes in a table.
func (a *action) ScopeList() string {
	if a.NoToken {
		return "no token needed"
	}
	return strings.Join(a.Scopes, ", ")
}

// saysDefault finds in a text what a parameter is by default.
var saysDefault = regexp.MustCompile(`\bdefault\b|\bwhen (zero|empty|nil)\b`)

// Comment is what the field says: what people know, then the facts.
func (p parameter) Comment() string {
	text := p.GoName + " " + p.Note.Doc
	switch len(p.Enum) {
	case 0:
	case 1:
		text += " It can only be " + p.shown(p.Enum[0]) + "."
	default:
		values := make([]string, len(p.Enum))
		for i, value := range p.Enum {
			values[i] = p.shown(value)
		}
		text += " One of " + enumerate(values, "or") + "."
	}
	if p.Default != nil && fmt.Sprint(p.Default) != "0" && p.Note.Type != "bool" && !saysDefault.MatchString(p.Note.Doc) {
		text += " The default is " + p.shown(p.Default) + "."
	}
	if p.Deprecated && !strings.Contains(text, "deprecated") {
		text += " It is deprecated."
	}
	return text
}

// shown is a value of the parameter as Go has it: Losant writes durations as numbers.
func (p parameter) shown(value any) string {
	text := fmt.Sprint(value)
	if p.Type == "string" || p.named {
		return strconv.Quote(text)
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || p.Note.Type != "duration" {
		return text
	}
	unit := time.Millisecond
	if p.Note.Unit == "s" {
		unit = time.Second
	}
	return strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace((time.Duration(number) * unit).String())
}

// indexed is a line of the index: the services of a noun.
func indexed(services []*service) string {
	const mark, rest = "//   - ", "//     "
	var all []string
	for _, s := range services {
		var methods []string
		for _, a := range s.Actions {
			for _, m := range a.Methods() {
				methods = append(methods, m.Name)
			}
		}
		all = append(all, fmt.Sprintf("[%sService] (%s)", s.Name, strings.Join(methods, ", ")))
	}
	return mark + strings.Join(wrapped(strings.Join(all, ", "), columns-len(mark)), "\n"+rest)
}
