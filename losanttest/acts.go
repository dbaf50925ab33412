package losanttest

// acts are what the server does for the operations whose state it keeps.
var acts = map[string]func(*Server, *call) (any, *apiError){
	"auth.authenticateDevice": authenticateDevice,
	"auth.authenticateUser":   authenticateUser,

	"experienceGroup.delete": deleteGroup,
	"experienceGroup.get":    getGroup,
	"experienceGroup.patch":  patchGroup,
	"experienceUser.delete":  deleteUser,
	"experienceUser.get":     getUser,
	"experienceUser.patch":   patchUser,

	"me.get":          getMe,
	"me.patch":        patchMe,
	"me.refreshToken": refreshToken,
}
