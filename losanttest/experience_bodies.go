package losanttest

import "github.com/losant-go/losant"

// The shapes of answers. They are written out instead of taken from package losant, so that a misspelt property there
// does not go unnoticed here. Properties without a value are left out.

type userBody struct {
	hypermedia

	ID                  string            `json:"id"`
	ExperienceUserID    string            `json:"experienceUserId"`
	ApplicationID       string            `json:"applicationId"`
	CreationDate        string            `json:"creationDate"`
	LastUpdated         string            `json:"lastUpdated"`
	PasswordLastUpdated string            `json:"passwordLastUpdated"`
	LastLogin           string            `json:"lastLogin,omitempty"`
	Email               string            `json:"email"`
	FirstName           string            `json:"firstName,omitempty"`
	LastName            string            `json:"lastName,omitempty"`
	AvatarURL           string            `json:"avatarUrl,omitempty"`
	TokenCutoff         string            `json:"tokenCutoff,omitempty"`
	UserTags            map[string]string `json:"userTags,omitempty"`
	ExperienceGroups    []userGroupBody   `json:"experienceGroups,omitempty"`
}

type userGroupBody struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	ParentID *string `json:"parentId"` // null at the root
}

type groupBody struct {
	hypermedia

	ID                    string            `json:"id"`
	ExperienceGroupID     string            `json:"experienceGroupId"`
	ApplicationID         string            `json:"applicationId"`
	CreationDate          string            `json:"creationDate"`
	LastUpdated           string            `json:"lastUpdated"`
	Name                  string            `json:"name"`
	Description           string            `json:"description,omitempty"`
	ExperienceUserIDs     []string          `json:"experienceUserIds,omitempty"`
	ExperienceEndpointIDs []string          `json:"experienceEndpointIds,omitempty"`
	GroupTags             map[string]string `json:"groupTags,omitempty"`
	DeviceIDs             []string          `json:"deviceIds,omitempty"`
	DeviceTags            []deviceTagBody   `json:"deviceTags,omitempty"`
	DeviceQueryJSON       string            `json:"deviceQueryJson,omitempty"`
	ParentID              string            `json:"parentId,omitempty"`
	AncestorIDs           []string          `json:"ancestorIds,omitempty"`
	DirectDeviceCount     *int              `json:"directDeviceCount,omitempty"`
	TotalDeviceCount      *int              `json:"totalDeviceCount,omitempty"`
}

type deviceTagBody struct {
	Key   string `json:"key,omitempty"`
	Value string `json:"value,omitempty"`
}

func newUserBody(u losant.ExperienceUser, h hypermedia) userBody {
	body := userBody{
		hypermedia: h,

		ID:                  u.ID,
		ExperienceUserID:    u.ExperienceUserID,
		ApplicationID:       u.ApplicationID,
		CreationDate:        dateText(u.CreationDate),
		LastUpdated:         dateText(u.LastUpdated),
		PasswordLastUpdated: dateText(u.PasswordLastUpdated),
		LastLogin:           dateText(u.LastLogin),
		Email:               u.Email,
		FirstName:           u.FirstName,
		LastName:            u.LastName,
		AvatarURL:           u.AvatarURL,
		TokenCutoff:         dateText(u.TokenCutoff),
		UserTags:            u.UserTags,
	}
	for _, g := range u.ExperienceGroups {
		ref := userGroupBody{ID: g.ID, Name: g.Name}
		if g.ParentID != "" {
			ref.ParentID = &g.ParentID
		}
		body.ExperienceGroups = append(body.ExperienceGroups, ref)
	}
	return body
}

func newGroupBody(g losant.ExperienceGroup, h hypermedia) groupBody {
	body := groupBody{
		hypermedia: h,

		ID:                    g.ID,
		ExperienceGroupID:     g.ExperienceGroupID,
		ApplicationID:         g.ApplicationID,
		CreationDate:          dateText(g.CreationDate),
		LastUpdated:           dateText(g.LastUpdated),
		Name:                  g.Name,
		Description:           g.Description,
		ExperienceUserIDs:     g.ExperienceUserIDs,
		ExperienceEndpointIDs: g.ExperienceEndpointIDs,
		GroupTags:             g.GroupTags,
		DeviceIDs:             g.DeviceIDs,
		DeviceQueryJSON:       g.DeviceQueryJSON,
		ParentID:              g.ParentID,
		AncestorIDs:           g.AncestorIDs,
		DirectDeviceCount:     g.DirectDeviceCount,
		TotalDeviceCount:      g.TotalDeviceCount,
	}
	for _, tag := range g.DeviceTags {
		body.DeviceTags = append(body.DeviceTags, deviceTagBody{Key: tag.Key, Value: tag.Value})
	}
	return body
}
