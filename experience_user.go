package losant

import "context"

// ExperienceUserService calls the actions of Losant's resource Experience User. Every method takes the id of the
// application and the id of the user, and returns the errors described in the package comment; Losant documents 400
// ([*BadRequestError]) and 404 ([*NotFoundError]).
type ExperienceUserService struct{ core *core }

// Delete deletes an experience user, and so takes it out of its groups.
//
//	DELETE /applications/{applicationId}/experience/users/{experienceUserId}
//
// A Delete that is sent again and then finds 404 succeeds.
//
// Errors: [*ValidationError] for input that cannot be right, [*NotFoundError] when there is no such application or
// user, [*ForbiddenError] when the token lacks the scope; the package comment has the rest.
//
// The token needs one of the scopes all.Application, all.Application.bounded, all.Organization,
// all.Organization.bounded, all.User, all.User.bounded, experienceUser.* or experienceUser.delete.
func (s *ExperienceUserService) Delete(
	ctx context.Context, applicationID, experienceUserID string, opts ...CallOption,
) (*Success, error) {
	return call[Success](ctx, s.core, experienceUserDelete, []string{applicationID, experienceUserID}, nil, opts)
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
	return call[ExperienceUser](ctx, s.core, experienceUserGet, []string{applicationID, experienceUserID}, nil, opts)
}

// Patch changes what patch sets, and returns the experience user as it is then.
//
//	PATCH /applications/{applicationId}/experience/users/{experienceUserId}
//
// A patch that Losant's documented constraints do not allow is refused with a [*ValidationError]. It is not sent
// again once it may have been applied, but for the one case in the package comment.
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
		ctx, s.core, experienceUserPatch, []string{applicationID, experienceUserID}, patch, opts)
}
