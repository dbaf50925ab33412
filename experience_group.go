package losant

import (
	"context"
	"net/http"

	"github.com/losant-go/losant/internal/rest"
)

const experienceGroupPath = "/applications/{applicationId}/experience/groups/{experienceGroupId}"

var (
	experienceGroupDelete = Operation{
		Name: "experienceGroup.delete", Method: http.MethodDelete, Path: experienceGroupPath, class: rest.Delete,
		Scopes: []Scope{
			ScopeAllApplication, ScopeAllApplicationBounded, ScopeAllOrganization, ScopeAllOrganizationBounded,
			ScopeAllUser, ScopeAllUserBounded, ScopeExperienceGroupAll, ScopeExperienceGroupDelete,
		},
	}
	experienceGroupGet = Operation{
		Name: "experienceGroup.get", Method: http.MethodGet, Path: experienceGroupPath, class: rest.Read,
		Scopes: []Scope{
			ScopeAllApplication, ScopeAllApplicationBounded, ScopeAllApplicationRead, ScopeAllOrganization,
			ScopeAllOrganizationBounded, ScopeAllOrganizationRead, ScopeAllUser, ScopeAllUserBounded,
			ScopeAllUserRead, ScopeExperienceGroupAll, ScopeExperienceGroupGet,
		},
	}
	experienceGroupPatch = Operation{
		Name: "experienceGroup.patch", Method: http.MethodPatch, Path: experienceGroupPath, class: rest.Once,
		Scopes: []Scope{
			ScopeAllApplication, ScopeAllApplicationBounded, ScopeAllOrganization, ScopeAllOrganizationBounded,
			ScopeAllUser, ScopeAllUserBounded, ScopeExperienceGroupAll, ScopeExperienceGroupPatch,
		},
	}
)

// ExperienceGroupService calls the actions of Losant's resource Experience Group. Every method takes the id of the
// application and the id of the group, and returns the errors described in the package comment; Losant documents 400
// ([*BadRequestError]) and 404 ([*NotFoundError]).
type ExperienceGroupService service

// Delete deletes an experience group. Its users and endpoints stay.
//
//	DELETE /applications/{applicationId}/experience/groups/{experienceGroupId}
//
// A Delete that is sent again and then finds nothing, after an attempt that may have been applied, succeeds.
//
// Errors: [*ValidationError] for input that cannot be right, [*NotFoundError] when there is no such application or
// group, [*ForbiddenError] when the token lacks the scope; the package comment has the rest.
//
// The token needs one of the scopes all.Application, all.Application.bounded, all.Organization,
// all.Organization.bounded, all.User, all.User.bounded, experienceGroup.* or experienceGroup.delete.
func (s *ExperienceGroupService) Delete(
	ctx context.Context, applicationID, experienceGroupID string, opts ...CallOption,
) (*Success, error) {
	return call[Success](ctx, (*service)(s), &experienceGroupDelete, arguments{ids: []string{applicationID, experienceGroupID}}, opts)
}

// Get returns an experience group. [WithDirectDeviceCount] and [WithTotalDeviceCount] add its device counts.
//
//	GET /applications/{applicationId}/experience/groups/{experienceGroupId}
//
// Errors: [*ValidationError] for input that cannot be right, [*NotFoundError] when there is no such application or
// group, [*ForbiddenError] when the token lacks the scope; the package comment has the rest.
//
// The token needs one of the scopes all.Application, all.Application.bounded, all.Application.read, all.Organization,
// all.Organization.bounded, all.Organization.read, all.User, all.User.bounded, all.User.read, experienceGroup.* or
// experienceGroup.get.
func (s *ExperienceGroupService) Get(
	ctx context.Context, applicationID, experienceGroupID string, opts ...CallOption,
) (*ExperienceGroup, error) {
	return call[ExperienceGroup](ctx, (*service)(s), &experienceGroupGet, arguments{ids: []string{applicationID, experienceGroupID}}, opts)
}

// Patch changes what patch sets, and returns the experience group as it is then.
//
//	PATCH /applications/{applicationId}/experience/groups/{experienceGroupId}
//
// A patch that Losant's documented constraints do not allow is refused with a [*ValidationError]. It is not sent
// again once it may have been applied.
//
// Errors: [*ValidationError] for input that cannot be right, [*NotFoundError] when there is no such application or
// group, [*ForbiddenError] when the token lacks the scope; the package comment has the rest.
//
// The token needs one of the scopes all.Application, all.Application.bounded, all.Organization,
// all.Organization.bounded, all.User, all.User.bounded, experienceGroup.* or experienceGroup.patch.
func (s *ExperienceGroupService) Patch(
	ctx context.Context, applicationID, experienceGroupID string, patch ExperienceGroupPatch, opts ...CallOption,
) (*ExperienceGroup, error) {
	return call[ExperienceGroup](
		ctx, (*service)(s), &experienceGroupPatch, arguments{ids: []string{applicationID, experienceGroupID}, body: patch}, opts)
}
