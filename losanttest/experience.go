package losanttest

// The actions of experience users and groups, whose rules are known exactly.

func getUser(s *Server, c *call) (any, *apiError) {
	u, err := s.store.user(c.ids["applicationId"], c.ids["experienceUserId"])
	if err != nil {
		return nil, err
	}
	return newUserBody(u, s.hypermedia(c, "experienceUser", c.ids)), nil
}

func patchUser(s *Server, c *call) (any, *apiError) {
	u, err := s.store.patchUser(c.ids["applicationId"], c.ids["experienceUserId"], c.object())
	if err != nil {
		return nil, err
	}
	return newUserBody(u, s.hypermedia(c, "experienceUser", c.ids)), nil
}

func deleteUser(s *Server, c *call) (any, *apiError) {
	return successBody{true}, s.store.deleteUser(c.ids["applicationId"], c.ids["experienceUserId"])
}

func getGroup(s *Server, c *call) (any, *apiError) {
	g, err := s.store.group(c.ids["applicationId"], c.ids["experienceGroupId"], deviceCounts{
		direct: c.isOn("includeDirectDeviceCount"), total: c.isOn("includeTotalDeviceCount"),
	})
	if err != nil {
		return nil, err
	}
	return newGroupBody(g, s.hypermedia(c, "experienceGroup", c.ids)), nil
}

func patchGroup(s *Server, c *call) (any, *apiError) {
	g, err := s.store.patchGroup(c.ids["applicationId"], c.ids["experienceGroupId"], c.object())
	if err != nil {
		return nil, err
	}
	return newGroupBody(g, s.hypermedia(c, "experienceGroup", c.ids)), nil
}

func deleteGroup(s *Server, c *call) (any, *apiError) {
	return successBody{true}, s.store.deleteGroup(c.ids["applicationId"], c.ids["experienceGroupId"])
}
