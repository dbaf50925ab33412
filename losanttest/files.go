package losanttest

import (
	"slices"
	"strings"
)

// Files and private files have the same rules; what differs is who may read their content.

// The states of a file.
const (
	filePending   = "pending" // its content has not come yet
	fileCompleted = "completed"
)

// directory is the path of a directory as files name it: between slashes.
func directory(path string) string {
	if path = strings.Trim(path, "/"); path != "" {
		return "/" + path + "/"
	}
	return "/"
}

// inside is the path of what is in a directory.
func inside(d *document) string { return d.text("parentDirectory") + d.text("name") + "/" }

func isDirectory(d *document) bool { return d.text("type") == "directory" }

// bearFile says where a file is and who made it. A directory is complete, a file waits for its content.
func bearFile(_ *Server, c *call, d *document, _ map[string]any) {
	d.body["parentDirectory"] = directory(d.text("parentDirectory"))
	d.setNew("type", "file")
	if isDirectory(d) {
		d.body["status"] = fileCompleted
	}
	d.setNew("status", filePending)
	if c != nil {
		d.setNew("authorType", "user")
		d.setNew("authorId", c.claims.Subject)
	}
}

// checkFile refuses a second file of the same name in a directory.
func checkFile(st *store, d *document) *apiError {
	all := st.at(place{d.kind, d.ids["applicationId"]})
	if slices.ContainsFunc(all.having("name", d.value("name")), func(other *document) bool {
		return other.id != d.id && other.text("parentDirectory") == d.text("parentDirectory")
	}) {
		return alreadyExists(`File "` + d.text("parentDirectory") + d.text("name") + `"`)
	}
	return nil
}

// buryFile deletes the content of a file, and all that is in a directory.
func buryFile(st *store, d *document) {
	st.at(contentPlace(d)).remove(d.id)
	if !isDirectory(d) {
		return
	}
	all := st.at(place{d.kind, d.ids["applicationId"]})
	for _, other := range slices.Clone(all.documents()) {
		if strings.HasPrefix(other.text("parentDirectory"), inside(d)) {
			st.at(contentPlace(other)).remove(other.id)
			all.remove(other.id)
		}
	}
}

func showFile(_ *Server, c *call, d *document, entity map[string]any) {
	if !isDirectory(d) && d.text("status") == fileCompleted {
		entity["url"] = c.storageURL(d)
	}
}

// showPrivateFile adds a link that lasts as long as was asked for; none, when that is 0.
func showPrivateFile(s *Server, c *call, d *document, entity map[string]any) {
	lifetime := 900
	if c.has("urlTTL") {
		lifetime = c.number("urlTTL")
	}
	if !isDirectory(d) && d.text("status") == fileCompleted && lifetime > 0 {
		entity["url"] = s.signedURL(c, d, lifetime)
	}
}

// listFiles lists the files of a directory, or all, and says whether there is the directory.
func listFiles(item string) func(*Server, *call) (any, *apiError) {
	return func(s *Server, c *call) (any, *apiError) {
		k := theAPI().kinds[item]
		body, err := s.list(k, c)
		list, ok := body.(map[string]any)
		if err != nil || !ok {
			return body, err
		}
		if path := c.text("directory"); path != "" {
			s.store.mu.Lock()
			defer s.store.mu.Unlock()
			list["parentExists"] = s.store.hasDirectory(k.place(c.ids), directory(path))
		}
		return list, nil
	}
}

func (st *store) hasDirectory(p place, path string) bool {
	return path == "/" || slices.ContainsFunc(st.at(p).documents(), func(d *document) bool {
		return strings.HasPrefix(d.text("parentDirectory"), path) || isDirectory(d) && inside(d) == path
	})
}

// createFile makes a file; its answer says where to send the content.
func createFile(item string) func(*Server, *call) (any, *apiError) {
	return func(s *Server, c *call) (any, *apiError) {
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		k := theAPI().kinds[item]
		if err := s.store.findParents(k, c.ids); err != nil {
			return nil, err
		}
		body, _ := plain(c.object()).(map[string]any)
		d, err := s.insert(k, c, c.ids, body)
		if err != nil {
			return nil, err
		}
		return s.withUpload(c, k, d), nil
	}
}

// withUpload is a file as the answer shows it that waits for its content.
func (s *Server) withUpload(c *call, k *kind, d *document) map[string]any {
	entity := s.entity(c, k, d)
	if !isDirectory(d) {
		entity["upload"] = s.uploadForm(c, d)
	}
	return entity
}

// onFile calls f with the file of a call, while nobody else uses the store.
func onFile(item string, f func(s *Server, c *call, k *kind, d *document) (any, *apiError)) func(*Server, *call) (any, *apiError) {
	return func(s *Server, c *call) (any, *apiError) {
		k := theAPI().kinds[item]
		s.store.mu.Lock()
		defer s.store.mu.Unlock()
		d, err := s.store.find(k, c.ids)
		if err != nil {
			return nil, err
		}
		return f(s, c, k, d)
	}
}

func deleteFile(s *Server, _ *call, k *kind, d *document) (any, *apiError) {
	s.store.remove(k, d)
	return successBody{true}, nil
}

// patchFile says that a file gets a new content.
func patchFile(s *Server, c *call, k *kind, d *document) (any, *apiError) {
	changes, _ := plain(c.object()).(map[string]any)
	if !isDirectory(d) {
		changes["status"] = filePending
	}
	d, err := s.store.patch(k, c, d, changes)
	if err != nil {
		return nil, err
	}
	return s.withUpload(c, k, d), nil
}

// uploadFile takes the content of a file.
func uploadFile(s *Server, c *call, k *kind, d *document) (any, *apiError) {
	if isDirectory(d) {
		return nil, invalid(d.kind + " is a directory")
	}
	d, err := s.store.keepContent(k, d, c.files[d.kind], "")
	if err != nil {
		return nil, err
	}
	return s.entity(c, k, d), nil
}

// moveFile gives a file another name or another directory. What is in a directory goes with it.
func moveFile(s *Server, c *call, k *kind, d *document) (any, *apiError) {
	changes := map[string]any{}
	if name := c.text("name"); name != "" {
		changes["name"] = name
	}
	if path := c.text("parentDirectory"); path != "" {
		changes["parentDirectory"] = directory(path)
		if isDirectory(d) && strings.HasPrefix(directory(path), inside(d)) {
			return nil, invalid("parentDirectory is in the directory itself")
		}
	}
	was := inside(d)
	moved, err := s.store.patch(k, c, d, changes)
	if err != nil {
		return nil, err
	}
	if !isDirectory(d) {
		return s.entity(c, k, moved), nil
	}
	all := s.store.at(k.place(c.ids))
	for _, other := range slices.Clone(all.documents()) {
		if rest, ok := strings.CutPrefix(other.text("parentDirectory"), was); ok {
			all.put(other.with(map[string]any{"parentDirectory": inside(moved) + rest}))
		}
	}
	return s.entity(c, k, moved), nil
}
