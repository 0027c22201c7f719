package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httputil"
	"regexp"
	"strconv"
)

// difference is a request that Gitea wants or answers otherwise than Gogs 0.14 does.
type difference struct {
	// request is `METHOD /path`.
	request *regexp.Regexp
	path    string
	fields  map[string]any
	// status gives Gogs' status for Gitea's.
	status func(status int, said []byte) int
}

var differences = []difference{
	{
		request: regexp.MustCompile(`^POST /api/v1/users/[^/]+/tokens$`),
		fields:  map[string]any{"scopes": []string{"all"}},
		status: func(status int, _ []byte) int {
			if status == http.StatusBadRequest {
				return http.StatusUnprocessableEntity
			}
			return status
		},
	},
	{request: regexp.MustCompile(`^POST /api/v1/user/orgs$`), path: "/api/v1/orgs"},
	{
		request: regexp.MustCompile(`^POST /api/v1/org/[^/]+/repos$`),
		status: func(status int, said []byte) int {
			if status == http.StatusConflict {
				return http.StatusUnprocessableEntity
			}
			if bytes.Contains(said, []byte("org does not exist")) {
				return http.StatusNotFound
			}
			return status
		},
	},
}

// asGogs makes of Gitea what Gogs is; what is in no difference passes as it is.
func asGogs(transport http.RoundTripper) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		if asksToPush(request) && !mayPush(transport, request) {
			http.Error(response, "User permission denied", http.StatusForbidden)
			return
		}
		found := differenceOf(request)
		proxy := &httputil.ReverseProxy{Transport: transport, Director: func(forwarded *http.Request) {
			forwarded.URL.Scheme = "http"
			forwarded.URL.Host = "gitea"
			if found.path != "" {
				forwarded.URL.Path = found.path
			}
		}}
		if found.status != nil {
			proxy.ModifyResponse = func(answer *http.Response) error { return changeStatus(answer, found.status) }
		}
		if err := addFields(request, found.fields); err != nil {
			http.Error(response, err.Error(), http.StatusBadRequest)
			return
		}
		proxy.ServeHTTP(response, request)
	})
}

var refs = regexp.MustCompile(`^/([^/]+)/([^/]+)\.git/info/refs$`)

func asksToPush(request *http.Request) bool {
	return refs.MatchString(request.URL.Path) && request.URL.Query().Get("service") == "git-receive-pack"
}

// mayPush asks what Gogs asks before it answers, and Gitea only when something is pushed: whoever may read may propose.
// Whoever may not even read is left to Gitea.
func mayPush(transport http.RoundTripper, request *http.Request) bool {
	names := refs.FindStringSubmatch(request.URL.Path)
	url := "http://gitea/api/v1/repos/" + names[1] + "/" + names[2]
	asked, err := http.NewRequestWithContext(request.Context(), http.MethodGet, url, nil)
	if err != nil {
		return true
	}
	asked.Header.Set("Authorization", request.Header.Get("Authorization"))
	answer, err := transport.RoundTrip(asked)
	if err != nil {
		return true
	}
	defer answer.Body.Close()
	var repository struct {
		Permissions struct{ Push bool }
	}
	if answer.StatusCode != http.StatusOK || json.NewDecoder(answer.Body).Decode(&repository) != nil {
		return true
	}
	return repository.Permissions.Push
}

func differenceOf(request *http.Request) difference {
	for _, one := range differences {
		if one.request.MatchString(request.Method + " " + request.URL.Path) {
			return one
		}
	}
	return difference{}
}

func addFields(request *http.Request, fields map[string]any) error {
	if len(fields) == 0 {
		return nil
	}
	asked := map[string]any{}
	if err := json.NewDecoder(request.Body).Decode(&asked); err != nil {
		return err
	}
	for name, value := range fields {
		asked[name] = value
	}
	body, err := json.Marshal(asked)
	if err != nil {
		return err
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	request.ContentLength = int64(len(body))
	request.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

func changeStatus(answer *http.Response, status func(int, []byte) int) error {
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	answer.StatusCode = status(answer.StatusCode, said)
	answer.Status = ""
	answer.Body = io.NopCloser(bytes.NewReader(said))
	return nil
}
