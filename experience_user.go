package losant

import (
	"context"
	"net/http"

	"github.com/losant-go/losant/internal/rest"
)

const experienceUserPath = "/applications/{applicationId}/experience/users/{experienceUserId}"

var (
	experienceUserDelete = Operation{
		Name: "experienceUser.delete", Method: http.MethodDelete, Path: experienceUserPath, class: rest.Delete,
		Scopes: []Scope{
			ScopeAllApplication, ScopeAllApplicationBounded, ScopeAllOrganization, ScopeAllOrganizationBounded,
			ScopeAllUser, ScopeAllUserBounded, ScopeExperienceUserAll, ScopeExperienceUserDelete,
		},
	}
	experienceUserGet = Operation{
		Name: "experienceUser.get", Method: http.MethodGet, Path: experienceUserPath, class: rest.Read,
		Scopes: []Scope{
			ScopeAllApplication, ScopeAllApplicationBounded, ScopeAllApplicationRead, ScopeAllOrganization,
			ScopeAllOrganizationBounded, ScopeAllOrganizationRead, ScopeAllUser, ScopeAllUserBounded,
			ScopeAllUserRead, ScopeExperienceUserAll, ScopeExperienceUserGet,
		},
	}
	experienceUserPatch = Operation{
		Name: "experienceUser.patch", Method: http.MethodPatch, Path: experienceUserPath, class: rest.Once,
		Scopes: []Scope{
			ScopeAllApplication, ScopeAllApplicationBounded, ScopeAllOrganization, ScopeAllOrganizationBounded,
			ScopeAllUser, ScopeAllUserBounded, ScopeExperienceUserAll, ScopeExperienceUserPatch,
		},
	}
)

// ExperienceUserService calls the actions of Losant's resource Experience User. Every method takes the id of the
// application and the id of the user, and returns the errors described in the package comment; Losant documents 400
// ([*BadRequestError]) and 404 ([*NotFoundError]).
type ExperienceUserService service

// Delete deletes an experience user, and so takes it out of its groups.
//
//	DELETE /applications/{applicationId}/experience/users/{experienceUserId}
//
// A Delete that is sent again and then finds nothing, after an attempt that may have been applied, succeeds.
//
// Errors: [*ValidationError] for input that cannot be right, [*NotFoundError] when there is no such application or
// user, [*ForbiddenError] when the token lacks the scope; the package comment has the rest.
//
// The token needs one of the scopes all.Application, all.Application.bounded, all.Organization,
// all.Organization.bounded, all.User, all.User.bounded, experienceUser.* or experienceUser.delete.
func (s *ExperienceUserService) Delete(
	ctx context.Context, applicationID, experienceUserID string, opts ...CallOption,
) (*Success, error) {
	return call[Success](ctx, (*service)(s), &experienceUserDelete, arguments{ids: []string{applicationID, experienceUserID}}, opts)
}

// Get returns an experience user.
//
//	GET /applications/{applicationId}/experience/users/{experienceUserId}
//
// Errors: [*ValidationError] for input that cannot be right, [*NotFoundError] when there is no such application or
// user, [*ForbiddenError] when the token lacks the scope; the package comment has the rest.
//
// The token needs one of the scopes all.Application, all.Application.bounded, all.Application.read, all.Organization,
// all.Organization.bounded, all.Organization.read, all.User, all.User.bounded, all.User.read, experienceUser.* or
// experienceUser.get.
func (s *ExperienceUserService) Get(
	ctx context.Context, applicationID, experienceUserID string, opts ...CallOption,
) (*ExperienceUser, error) {
	return call[ExperienceUser](ctx, (*service)(s), &experienceUserGet, arguments{ids: []string{applicationID, experienceUserID}}, opts)
}

// Patch changes what patch sets, and returns the experience user as it is then.
//
//	PATCH /applications/{applicationId}/experience/users/{experienceUserId}
//
// A patch that Losant's documented constraints do not allow is refused with a [*ValidationError]. It is not sent
// again once it may have been applied.
//
// Errors: [*ValidationError] for input that cannot be right, [*NotFoundError] when there is no such application or
// user, [*ForbiddenError] when the token lacks the scope; the package comment has the rest.
//
// The token needs one of the scopes all.Application, all.Application.bounded, all.Organization,
// all.Organization.bounded, all.User, all.User.bounded, experienceUser.* or experienceUser.patch.
func (s *ExperienceUserService) Patch(
	ctx context.Context, applicationID, experienceUserID string, patch ExperienceUserPatch, opts ...CallOption,
) (*ExperienceUser, error) {
	return call[ExperienceUser](
		ctx, (*service)(s), &experienceUserPatch, arguments{ids: []string{applicationID, experienceUserID}, body: patch}, opts)
}
